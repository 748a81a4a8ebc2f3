// The answers that were computed into a picture, as large as the panel, and the edges between them.
in vec2 pixel;
uniform vec2 size;
uniform float decided;
uniform vec3 ink;
uniform float edge;
uniform sampler2D map;
out vec4 colour;

void main() {
  vec4 own = texture(map, pixel / size);
  float others = 0.0;
  if (edge > 0.0) {
    ivec2 last = textureSize(map, 0) - 1;
    for (int i = 0; i < 9; i++) {
      ivec2 beside = clamp(ivec2(pixel) + ivec2(i % 3, i / 3) - 1, ivec2(0), last);
      if (abs(texelFetch(map, beside, 0).a - own.a) > 0.002) others += 1.0;
    }
  }
  colour = vec4(mix(own.rgb, ink, 0.3 * edge * min(others / 3.0, 1.0)), decided);
}
