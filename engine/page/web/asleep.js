// A page that is not seen gives its graphics card back: browsers keep some 16 of them, and a notebook has many cells.

/** Milliseconds after which a context that did not come back is asked for again. */
const AGAIN = 300;

/**
 * When an element is first seen: at once, but in a frame of another page. Before that, no card is asked for.
 * @param {HTMLElement} element
 * @returns {Promise<void>}
 */
export function seen(element) {
  if (parent === window) return Promise.resolve();
  return new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries[entries.length - 1].isIntersecting) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}

/**
 * Lose the context of a canvas while it is out of sight; it is told as any loss is, and so is its return.
 * @param {HTMLCanvasElement} canvas
 */
export function sleepUnseen(canvas) {
  const gl = canvas.getContext("webgl2");
  const card = gl?.getExtension("WEBGL_lose_context");
  if (!gl || !card) return;
  let [inSight, asleep, told] = [true, false, false];
  const sleep = () => {
    if (inSight || asleep || gl.isContextLost()) return;
    asleep = true;
    card.loseContext();
  };
  const wake = () => {
    if (!inSight || !asleep || !told) return; // before the loss was told, nothing can be restored
    card.restoreContext();
    setTimeout(wake, AGAIN);
  };
  canvas.addEventListener("webglcontextlost", () => {
    told = true;
    setTimeout(wake); // seen again before it was lost
  });
  canvas.addEventListener("webglcontextrestored", () => {
    asleep = told = false;
    sleep(); // gone again before it was back
  });
  new IntersectionObserver((entries) => {
    inSight = entries[entries.length - 1].isIntersecting;
    sleep();
    wake();
  }).observe(canvas);
}
