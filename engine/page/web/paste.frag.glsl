// The answers that were computed into a picture, as large as the panel.
in vec2 pixel;
uniform vec2 size;
uniform float decided;
uniform sampler2D map;
out vec4 colour;

void main() {
  colour = vec4(texture(map, pixel / size).rgb, decided);
}
