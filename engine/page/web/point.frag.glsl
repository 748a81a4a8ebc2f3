flat in vec3 own;
flat in float wrong;
flat in float square;
uniform float radius;
uniform vec3 rim;
out vec4 colour;

void main() {
  vec2 at = (gl_PointCoord - 0.5) * (2.0 * radius + 1.0);
  float away = square > 0.5 ? max(abs(at.x), abs(at.y)) * 1.128 : length(at);
  float covered = clamp(radius + 0.5 - away, 0.0, 1.0);
  vec3 shown = mix(own, mix(own, rim, 0.35), clamp(away - 0.9 * radius + 0.5, 0.0, 1.0));
  shown = mix(shown, mix(own, rim, 0.58), wrong * clamp(0.42 * radius + 0.5 - away, 0.0, 1.0));
  colour = vec4(shown * covered, covered);
}
