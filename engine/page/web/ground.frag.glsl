// Ground, argmax regions, axes with ticks, and the grid's coverage over them.
in vec2 pixel;
uniform vec2 size;
uniform vec2 origin;
uniform float scale;
uniform float unit;
uniform float tick;
uniform vec3 ground;
uniform vec3 ink;
uniform vec3 quiet;
uniform vec3 heads[CLASSES];
uniform vec3 regions[CLASSES];
uniform float decided;
uniform float mapped;
uniform float grid;
uniform sampler2D map;
uniform sampler2D coverage;
out vec4 colour;

vec3 answered(vec2 place) {
  int best = 0;
  float highest = dot(heads[0], vec3(place, 1.0));
  for (int k = 1; k < CLASSES; k++) {
    float s = dot(heads[k], vec3(place, 1.0));
    if (s > highest) { highest = s; best = k; }
  }
  float away = 1e9;
  for (int k = 0; k < CLASSES; k++) {
    float gap = highest - dot(heads[k], vec3(place, 1.0));
    if (k != best) away = min(away, gap / max(length(heads[best].xy - heads[k].xy), 1e-9));
  }
  return mix(regions[best], ink, 0.3 * clamp(unit + 0.5 - away * scale, 0.0, 1.0));
}

float axis(vec2 at) {
  float line = 0.75 * unit + 0.5;
  float on = max(line - abs(at.x), line - abs(at.y));
  vec2 near = abs(mod(at + 0.5 * tick, tick) - 0.5 * tick);
  if (abs(at.y) < 7.0 * unit) on = max(on, line - near.x);
  if (abs(at.x) < 7.0 * unit) on = max(on, line - near.y);
  return clamp(on, 0.0, 1.0);
}

void main() {
  vec3 shown = ground;
  if (decided > 0.0) {
    vec3 region = mapped > 0.5 ? texture(map, pixel / size).rgb : answered((pixel - origin) / scale);
    shown = mix(shown, region, decided);
  }
  shown = mix(shown, quiet, 0.55 * axis(pixel - origin));
  if (grid > 0.0) {
    vec2 covered = texelFetch(coverage, ivec2(pixel), 0).rg;
    shown = mix(shown, ink, 0.34 * grid * covered.r);
    shown = mix(shown, ink, 0.75 * grid * covered.g);
  }
  colour = vec4(shown, 1.0);
}
