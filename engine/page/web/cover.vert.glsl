// A quad over the panel.
out vec2 pixel;
uniform vec2 size;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  pixel = corner * size;
  gl_Position = vec4(2.0 * corner - 1.0, 0.0, 1.0);
}
