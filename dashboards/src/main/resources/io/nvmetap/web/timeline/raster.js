// Pixels of a picture, set one by one: thousands of narrow bars cost less so than as drawn shapes,
// and stay sharp.

const shades = new Map();

/** #rrggbb as one number in the byte order of pixels. */
function shade(hex, alpha) {
  const key = hex + alpha;
  let value = shades.get(key);
  if (value === undefined) {
    const n = parseInt(hex.slice(1, 7), 16);
    value = ((alpha << 24) | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
    shades.set(key, value);
  }
  return value;
}

export class Raster {
  constructor(width, height) {
    this.width = width;
    this.height = Math.max(1, height);
    this.image = new ImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** A bar of whole pixels, at least one wide and one high where it touches the picture. */
  bar(x, y, w, h, hex, alpha = 255) {
    const left = Math.max(0, Math.floor(x));
    const right = Math.min(this.width, Math.max(Math.floor(x) + 1, Math.round(x + w)));
    const top = Math.max(0, Math.floor(y));
    const bottom = Math.min(this.height, Math.max(Math.floor(y) + 1, Math.round(y + h)));
    if (left >= right) return;
    const colour = shade(hex, alpha);
    for (let row = top; row < bottom; row++) {
      this.pixels.fill(colour, row * this.width + left, row * this.width + right);
    }
  }

  canvas() {
    const canvas = new OffscreenCanvas(this.width, this.height);
    canvas.getContext('2d').putImageData(this.image, 0, 0);
    return canvas;
  }
}
