// Each kind of activation, as engine/network/activations.py computes it; its numbers follow x.

/** @param {number} x */
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

// The complementary error function to 1.2e-7: Numerical Recipes in C, 2nd edition, section 6.2.
const ERFC = [0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368];

/** @param {number} x */
function erfc(x) {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const value = t * Math.exp(-x * x - 1.26551223 + t * ERFC.reduce((sum, next) => next + t * sum, 0));
  return x >= 0 ? value : 2 - value;
}

/** @type {Record<string, (x: number, ...numbers: number[]) => number>} */
export const KINDS = {
  positive_part(x, slope) {
    return x > 0 ? x : slope * x;
  },
  tanh(x) {
    return Math.tanh(x);
  },
  sigmoid(x) {
    return sigmoid(x);
  },
  gelu(x) {
    return x * 0.5 * erfc(-x * Math.SQRT1_2);
  },
  gelu_tanh(x) {
    const z = Math.max(-40, Math.min(40, x));
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));
  },
  silu(x) {
    return x * sigmoid(x);
  },
  elu(x, alpha) {
    return x > 0 ? x : alpha * Math.expm1(Math.min(x, 0));
  },
  softplus(x, beta, threshold) {
    const z = beta * x;
    return z > threshold ? x : (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) / beta;
  },
};
