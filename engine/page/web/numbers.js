// Numbers as they stand in the clips: engine/numbers.py writes the same.

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * With so many digits after the point, a true minus sign and no minus zero; what is not 0 never stands there as 0.
 * @param {number} value
 */
export function decimal(value, digits = 2) {
  if (value !== 0 && Number(value.toFixed(digits)) === 0) return significant(value);
  return (Number(value.toFixed(digits)) + 0).toFixed(digits).replace("-", "−");
}

/**
 * With so many significant digits.
 * @param {number} value
 */
export function significant(value, digits = 2) {
  if (value === 0 || !Number.isFinite(value)) return String(value + 0).replace("-", "−");
  const rounded = Number(value.toExponential(digits - 1));
  const power = Math.floor(Math.log10(Math.abs(rounded)));
  if (Math.abs(rounded) >= 1e-4) return value.toFixed(Math.max(0, digits - 1 - power)).replace("-", "−");
  const raised = [...String(-power)].map((digit) => RAISED[Number(digit)]).join("");
  return `${(rounded / 10 ** power).toFixed(digits - 1)}·10⁻${raised}`.replace("-", "−");
}

/**
 * A share in percent. Only all is 100 %, only nothing is 0 %.
 * @param {number} share
 */
export function percent(share, digits = 1) {
  for (let more = digits; more < digits + 3; more++) {
    const text = (100 * share).toFixed(more);
    if ((Number(text) === 0) === (share === 0) && (Number(text) === 100) === (share === 1)) return `${text} %`;
  }
  const least = 10 ** -(digits + 2);
  return share < 0.5 ? `< ${least.toFixed(digits + 2)} %` : `> ${(100 - least).toFixed(digits + 2)} %`;
}
