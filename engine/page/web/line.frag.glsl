in float away;
flat in int kind;
uniform vec4 widths;
uniform vec4 shades[4];
out vec4 colour;

void main() {
  vec4 shade = shades[kind];
  colour = vec4(shade.rgb, shade.a * clamp(0.5 * widths[kind] + 0.5 - abs(away), 0.0, 1.0));
}
