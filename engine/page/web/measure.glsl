// Where each point goes: (place in the plane, answer), caught in a buffer.
uniform highp sampler2D inputs;
out vec3 found;

void main() {
  float x[INPUTS];
  for (int i = 0; i < INPUTS; i++) {
    int at = gl_VertexID * INPUTS + i;
    x[i] = texelFetch(inputs, ivec2(at & 1023, at >> 10), 0).r;
  }
  float e[WIDTH];
  network(x, e);
  found = vec3(placeOf(e), float(answerOf(e)));
  gl_Position = vec4(0.0);
}
