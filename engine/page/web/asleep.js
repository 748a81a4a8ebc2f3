// A page that is not seen gives its graphics card back: browsers keep some 16 of them, and a notebook has many cells.

/**
 * Lose the context of a canvas while it is out of sight; it is told as any loss is, and so is its return.
 * @param {HTMLCanvasElement} canvas
 */
export function sleepUnseen(canvas) {
  const gl = canvas.getContext("webgl2");
  const card = gl?.getExtension("WEBGL_lose_context");
  if (!gl || !card) return;
  let [seen, asleep] = [true, false];
  canvas.addEventListener("webglcontextlost", () => {
    if (asleep && seen) setTimeout(() => card.restoreContext()); // seen again before it was lost
  });
  canvas.addEventListener("webglcontextrestored", () => (asleep = false));
  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    if (!seen && !asleep && !gl.isContextLost()) {
      asleep = true;
      card.loseContext();
    } else if (seen && asleep && gl.isContextLost()) card.restoreContext();
  }).observe(canvas);
}
