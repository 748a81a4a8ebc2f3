// Lines as a strip of triangles; each vertex knows how far it is from the middle of its line.
layout(location = 0) in vec4 vertex;
uniform vec2 size;
out float away;
flat out int kind;

void main() {
  away = vertex.z;
  kind = int(vertex.w + 0.5);
  gl_Position = vec4(2.0 * vertex.xy / size - 1.0, 0.0, 1.0);
}
