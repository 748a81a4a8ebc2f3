// A point in the colour of its truth; a mistake is hollow.
layout(location = 0) in vec3 found;
layout(location = 1) in vec2 x;
layout(location = 2) in float label;
uniform vec2 size;
uniform vec3 from;
uniform vec3 to;
uniform float morph;
uniform float radius;
uniform float mistakes;
uniform float classes[CLASSES];
uniform vec3 colours[CLASSES];
flat out vec3 own;
flat out float wrong;
flat out float square;

void main() {
  int k = int(label + 0.5);
  vec2 pixel = mix(from.xy + from.z * x, to.xy + to.z * found.xy, morph);
  own = colours[k];
  wrong = mistakes > 0.5 && found.z != label ? 1.0 : 0.0;
  square = k >= 8 ? 1.0 : 0.0;
  gl_PointSize = 2.0 * radius + 1.0;
  gl_Position = classes[k] > 0.5 ? vec4(2.0 * pixel / size - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
