// On paper: light, without what can only be pressed, and the planes as one picture: a graphics card's are gone by then.

/**
 * Be ready when the page is printed, and afterwards as before.
 * @param {import("./main.js").Page} page
 */
export function printWell(page) {
  const { state, stage } = page;
  const picture = document.createElement("canvas");
  let { theme } = state;
  addEventListener("beforeprint", () => {
    theme = state.theme;
    state.theme = "light";
    page.touched = true;
    page.paint(false);
    const { canvas } = page.painter;
    [picture.width, picture.height] = [canvas.width, canvas.height];
    for (const each of [canvas, page.overlay.canvas]) picture.getContext("2d")?.drawImage(each, 0, 0);
    canvas.after(picture);
    stage.style.setProperty("--aspect", String(canvas.width / canvas.height));
  });
  addEventListener("afterprint", () => {
    picture.remove();
    state.theme = theme;
    page.changed();
  });
}
