// Pictures of recordings: spectrograms with F0, and the F0 of two recordings in one plot.

// Colors of levels from silence to the peak, [red, green, blue]; even steps of the palette "magma".
const COLORS = [[0, 0, 4], [40, 17, 89], [101, 26, 128], [158, 47, 127], [214, 69, 108], [249, 120, 93],
  [254, 187, 129], [252, 253, 191]];
const GRID_HZ = [50, 75, 100, 150, 200, 300, 400, 600, 800];

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function colorOf(level) {
  const place = level / 255 * (COLORS.length - 1), low = Math.min(Math.floor(place), COLORS.length - 2);
  return COLORS[low].map((value, i) => value + (place - low) * (COLORS[low + 1][i] - value));
}
const PALETTE = Array.from({ length: 256 }, (_, level) => colorOf(level));

// Fits the bitmap of a canvas to its size on the screen. Returns {context, width, height} in CSS pixels.
function prepared(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas, scale = window.devicePixelRatio;
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, width, height };
}

function bitmapOf(picture) {
  const { columns, bands } = picture, levels = bytesOf(picture.spectrogram);
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: bands });
  const image = canvas.getContext("2d").createImageData(columns, bands);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      const at = 4 * ((bands - 1 - band) * columns + column);
      image.data.set([...PALETTE[levels[column * bands + band]], 255], at);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// Draws F0 as a line with gaps where it is unvoiced; `heightOf` gives the place of a frequency.
function drawF0(context, f0, width, heightOf, color, thickness) {
  context.beginPath();
  f0.forEach((hertz, frame) => {
    const at = [width * frame / Math.max(f0.length - 1, 1), hertz && heightOf(hertz)];
    if (hertz && f0[frame - 1]) context.lineTo(...at);
    else if (hertz) context.moveTo(...at);
  });
  Object.assign(context, { strokeStyle: color, lineWidth: thickness, lineJoin: "round", lineCap: "round" });
  context.stroke();
}

export function drawSpectrogram(canvas, picture) {
  const { context, width, height } = prepared(canvas);
  context.drawImage(bitmapOf(picture), 0, 0, width, height);
  const octaves = Math.log2(picture.highest_hz / picture.lowest_hz);
  const heightOf = (hertz) => height * (1 - Math.log2(hertz / picture.lowest_hz) / octaves);
  drawF0(context, picture.f0_hz, width, heightOf, "#000000", 4);
  drawF0(context, picture.f0_hz, width, heightOf, "#ffffff", 2);
}

// Draws the F0 of recordings, [{picture, color}], over each other, and dashed a mean in Hz; `color` is a CSS variable.
export function drawPitch(canvas, recordings, meanHz) {
  const { context, width, height } = prepared(canvas), style = getComputedStyle(canvas);
  const variable = (name) => style.getPropertyValue(name);
  const voiced = recordings.flatMap(({ picture }) => picture.f0_hz.filter(Boolean)).concat(meanHz);
  const low = Math.log(Math.min(...voiced) / 1.1), high = Math.log(Math.max(...voiced) * 1.1);
  const heightOf = (hertz) => height * (1 - (Math.log(hertz) - low) / (high - low));
  const seconds = Math.max(...recordings.map(({ picture }) => picture.seconds));
  const horizontal = (hertz, stroke, dashes) => {
    context.beginPath();
    context.setLineDash(dashes);
    context.moveTo(0, heightOf(hertz));
    context.lineTo(width, heightOf(hertz));
    Object.assign(context, { strokeStyle: stroke, lineWidth: 1 });
    context.stroke();
    context.setLineDash([]);
  };
  const [fillStyle, halo] = [variable("--faint"), variable("--card")];
  const grid = GRID_HZ.filter((hertz) => Math.log(hertz) > low && Math.log(hertz) < high);
  for (const hertz of grid) horizontal(hertz, variable("--line"), []);
  horizontal(meanHz, variable("--converted"), [6, 5]);
  for (const { picture, color } of recordings) {
    drawF0(context, picture.f0_hz, width * picture.seconds / seconds, heightOf, variable(color), 2.5);
  }
  Object.assign(context, { font: "12px system-ui, sans-serif", fillStyle, strokeStyle: halo, lineWidth: 4 });
  for (const hertz of grid) {
    context.strokeText(hertz, 4, heightOf(hertz) - 3);
    context.fillText(hertz, 4, heightOf(hertz) - 3);
  }
}
