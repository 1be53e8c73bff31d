// Which part of the capture is seen. Times are nanoseconds in doubles: exact for a hundred days.

const NS_MIN_PER_PIXEL = 0.5;

export class Viewport {
  constructor(fromNs, toNs) {
    this.firstNs = fromNs;
    this.lastNs = Math.max(toNs, fromNs + 1000);
    this.width = 1000;
    this.all();
  }

  get spanNs() {
    return this.width * this.nsPerPixel;
  }

  get toNs() {
    return this.fromNs + this.spanNs;
  }

  get centreNs() {
    return this.fromNs + this.spanNs / 2;
  }

  resize(width) {
    const whole = this.spanNs >= this.widestNs() * 0.999;
    const centre = this.centreNs;
    this.width = Math.max(50, width);
    if (whole) this.all();
    else this.centre(centre, this.nsPerPixel * this.width);
  }

  widestNs() {
    return (this.lastNs - this.firstNs) * 1.04;
  }

  all() {
    this.nsPerPixel = this.widestNs() / this.width;
    this.fromNs = this.firstNs - (this.lastNs - this.firstNs) * 0.02;
  }

  centre(ns, spanNs = this.spanNs) {
    const span = Math.min(Math.max(spanNs, this.width * NS_MIN_PER_PIXEL), this.widestNs());
    this.nsPerPixel = span / this.width;
    this.fromNs = ns - span / 2;
    this.keepInside();
  }

  pan(pixels) {
    this.fromNs += pixels * this.nsPerPixel;
    this.keepInside();
  }

  /** Zooms by a factor around a pixel. */
  zoom(factor, pixel = this.width / 2) {
    const at = this.fromNs + pixel * this.nsPerPixel;
    const most = this.widestNs() / this.width;
    this.nsPerPixel = Math.min(most, Math.max(NS_MIN_PER_PIXEL, this.nsPerPixel * factor));
    this.fromNs = at - pixel * this.nsPerPixel;
    this.keepInside();
  }

  keepInside() {
    const margin = (this.lastNs - this.firstNs) * 0.02;
    const most = Math.max(this.firstNs - margin, this.lastNs + margin - this.spanNs);
    this.fromNs = Math.min(most, Math.max(this.firstNs - margin, this.fromNs));
  }

  x(ns) {
    return (ns - this.fromNs) / this.nsPerPixel;
  }

  ns(x) {
    return this.fromNs + x * this.nsPerPixel;
  }

  /** A bucket is at most a pixel wide. */
  level(most) {
    return Math.max(0, Math.min(most, Math.floor(Math.log2(this.nsPerPixel))));
  }
}
