in vec2 pixel;
flat in vec4 ends;
flat in float half_width;
flat in float bright;
out vec4 colour;

void main() {
  vec2 way = ends.zw - ends.xy;
  vec2 to = pixel - ends.xy;
  float share = clamp(dot(to, way) / max(dot(way, way), 1e-12), 0.0, 1.0);
  float covered = clamp(half_width + 0.5 - length(to - share * way), 0.0, 1.0);
  colour = bright > 0.5 ? vec4(0.0, covered, 0.0, 1.0) : vec4(covered, 0.0, 0.0, 1.0);
}
