// Each kind of activation, as engine/network/activations.py computes it; its numbers follow x.

float sigmoid_of(float x) {
  return 1.0 / (1.0 + exp(-x));
}

// tanh overflows to NaN in some drivers where x is large
float tanh_of(float x) {
  return 1.0 - 2.0 / (exp(2.0 * clamp(x, -20.0, 20.0)) + 1.0);
}

float kind_positive_part(float x, float slope) {
  return x > 0.0 ? x : slope * x;
}

float kind_tanh(float x) {
  return abs(x) < 0.02 ? x - x * x * x / 3.0 : tanh_of(x);
}

float kind_sigmoid(float x) {
  return sigmoid_of(x);
}

// the complementary error function to 1.2e-7: Numerical Recipes in C, 2nd edition, section 6.2
float erfc_of(float x) {
  float t = 1.0 / (1.0 + 0.5 * abs(x));
  float p = 0.17087277;
  p = -0.82215223 + t * p;
  p = 1.48851587 + t * p;
  p = -1.13520398 + t * p;
  p = 0.27886807 + t * p;
  p = -0.18628806 + t * p;
  p = 0.09678418 + t * p;
  p = 0.37409196 + t * p;
  p = 1.00002368 + t * p;
  float value = t * exp(-x * x - 1.26551223 + t * p);
  return x >= 0.0 ? value : 2.0 - value;
}

float kind_gelu(float x) {
  return x * 0.5 * erfc_of(-x * 0.70710678118654752);
}

float kind_gelu_tanh(float x) {
  float z = clamp(x, -40.0, 40.0);
  return 0.5 * x * (1.0 + tanh_of(0.79788456080286536 * (z + 0.044715 * z * z * z)));
}

float kind_silu(float x) {
  return x * sigmoid_of(x);
}

float kind_elu(float x, float alpha) {
  float below = x > -0.02 ? x * (1.0 + 0.5 * x * (1.0 + x / 3.0)) : exp(min(x, 0.0)) - 1.0;
  return x > 0.0 ? x : alpha * below;
}

float kind_softplus(float x, float beta, float threshold) {
  float z = beta * x;
  return z > threshold ? x : (max(z, 0.0) + log(1.0 + exp(-abs(z)))) / beta;
}
