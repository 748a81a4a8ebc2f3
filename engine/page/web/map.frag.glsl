// The answer at each place of the input plane, through the whole network: its colour, and in alpha its number.
in vec2 pixel;
uniform vec2 origin;
uniform float scale;
uniform vec3 regions[CLASSES];
out vec4 colour;

void main() {
  vec2 place = (pixel - origin) / scale;
  float x[INPUTS];
  x[0] = place.x;
  x[1] = place.y;
  float e[WIDTH];
  network(x, e);
  int best = answerOf(e);
  colour = vec4(regions[best], float(best) / 255.0);
}
