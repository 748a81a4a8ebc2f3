// The answer at each place of the input plane, through the whole network.
in vec2 pixel;
uniform vec2 origin;
uniform float scale;
uniform vec3 regions[CLASSES];
uniform vec3 ink;
uniform float edge;
out vec4 colour;

void main() {
  vec2 place = (pixel - origin) / scale;
  float x[INPUTS];
  x[0] = place.x;
  x[1] = place.y;
  float e[WIDTH];
  network(x, e);
  int best = 0;
  float highest = scoreOf(e, 0);
  float second = -1e30;
  for (int k = 1; k < ANSWERS; k++) {
    float s = scoreOf(e, k);
    if (s > highest) { second = highest; highest = s; best = k; }
    else second = max(second, s);
  }
  float gap = highest - second;
  float away = gap / max(length(vec2(dFdx(gap), dFdy(gap))), 1e-9);
  colour = vec4(mix(regions[best], ink, 0.3 * edge * clamp(1.5 - away, 0.0, 1.0)), 1.0);
}
