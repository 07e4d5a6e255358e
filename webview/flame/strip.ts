/**
 * Draws thin frames, of which tens of thousands can be in view, as pixels: one line for each row, written as numbers
 * and stretched to the rows' height in a single draw call. A rectangle for each would take ten times as long.
 */
import { parseColour, type Paint } from './colours';

export class Strip {
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d');
  #image: ImageData | undefined;
  #pixels = new Uint32Array();
  /** The pixel value of each paint. */
  readonly #packed = new Map<Paint, number>();
  #used = false;

  /** Makes room for `rows` lines of `width` device pixels, all clear. */
  clear(width: number, rows: number): void {
    this.#used = false;
    if (this.#image?.width !== width || this.#image.height < rows) {
      this.#canvas.width = width;
      this.#canvas.height = rows;
      this.#image = new ImageData(width, rows);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    } else this.#pixels.fill(0);
  }

  /** Paints pixels [from, to) of a line. */
  put(row: number, from: number, to: number, paint: Paint): void {
    const width = this.#canvas.width;
    const colour = this.#packed.get(paint) ?? this.#pack(paint);
    for (let x = Math.max(0, from), end = Math.min(width, to); x < end; x++) this.#pixels[row * width + x] = colour;
    this.#used = true;
  }

  /** Draws `rows` lines at the given position, in the units of `target`. */
  draw(target: CanvasRenderingContext2D, rows: number, y: number, width: number, height: number): void {
    if (!this.#used || !this.#image || !this.#context) return;
    this.#context.putImageData(this.#image, 0, 0);
    target.imageSmoothingEnabled = false;
    target.drawImage(this.#canvas, 0, 0, this.#canvas.width, rows, 0, y, width, height);
  }

  #pack(paint: Paint): number {
    const [r, g, b] = (parseColour(paint.border ?? paint.fill, [0, 0, 0]) ?? [128, 128, 128]).map(Math.round) as [
      number,
      number,
      number,
    ];
    const packed = ((0xff << 24) | (b << 16) | (g << 8) | r) >>> 0;
    // Drops the paints of earlier themes.
    if (this.#packed.size > 64) this.#packed.clear();
    this.#packed.set(paint, packed);
    return packed;
  }
}
