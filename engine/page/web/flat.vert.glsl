// A polygon in one colour.
layout(location = 0) in vec2 pixel;
uniform vec2 size;

void main() {
  gl_Position = vec4(2.0 * pixel / size - 1.0, 0.0, 1.0);
}
