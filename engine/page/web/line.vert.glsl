// A piece of a line as a quad; its ends are round.
layout(location = 0) in vec3 from;
layout(location = 1) in vec3 to;
uniform vec2 size;
uniform vec2 widths;
out vec2 pixel;
flat out vec4 ends;
flat out float half_width;
flat out float bright;

void main() {
  bright = mod(from.z, 2.0);
  half_width = 0.5 * (bright > 0.5 ? widths.y : widths.x);
  float reach = half_width + 1.0;
  vec2 way = to.xy - from.xy;
  float far = length(way);
  vec2 along = far > 1e-6 ? way / far : vec2(1.0, 0.0);
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 side = vec2(-along.y, along.x) * (2.0 * corner.y - 1.0);
  pixel = mix(from.xy - reach * along, to.xy + reach * along, corner.x) + reach * side;
  ends = vec4(from.xy, to.xy);
  // two lines end to end in the buffer are not joined
  gl_Position = from.z == to.z ? vec4(2.0 * pixel / size - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
