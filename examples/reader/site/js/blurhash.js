// BlurHash: a picture in some thirty characters, as the weights of a few cosine waves (blurha.sh).
//
// The first digit (base 83) holds the numbers of waves, the second the largest weight, the next four the mean colour,
// and each following pair the weights of one wave in red, green and blue, nineteen steps each, on a squared scale.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

const number = (text) => [...text].reduce((sum, digit) => sum * 83 + DIGITS.indexOf(digit), 0);

const toLinear = (byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

const toByte = (linear) => {
  const value = Math.min(Math.max(linear, 0), 1);
  return Math.round(255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055));
};

const waves = (hash) => {
  const sizes = number(hash[0]);
  const across = (sizes % 9) + 1;
  const down = Math.floor(sizes / 9) + 1;
  if (hash.length !== 4 + 2 * across * down) return null;
  const largest = (number(hash[1]) + 1) / 166;
  const weight = (step) => Math.sign(step - 9) * ((step - 9) / 9) ** 2 * largest;
  const mean = number(hash.slice(2, 6));
  const found = [[toLinear(mean >> 16), toLinear((mean >> 8) & 255), toLinear(mean & 255)]];
  for (let at = 6; at < hash.length; at += 2) {
    const steps = number(hash.slice(at, at + 2));
    found.push([weight(Math.floor(steps / 361)), weight(Math.floor(steps / 19) % 19), weight(steps % 19)]);
  }
  return { across, down, found };
};

/** RGBA bytes of `hash` in this size, or null where it is no blurhash. */
export const decode = (hash, width, height) => {
  const picture = hash && hash.length >= 6 ? waves(hash) : null;
  if (!picture) return null;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sum = [0, 0, 0];
      picture.found.forEach((colour, index) => {
        const column = index % picture.across;
        const row = Math.floor(index / picture.across);
        const basis = Math.cos((Math.PI * x * column) / width) * Math.cos((Math.PI * y * row) / height);
        colour.forEach((weight, channel) => (sum[channel] += weight * basis));
      });
      pixels.set([...sum.map(toByte), 255], 4 * (y * width + x));
    }
  }
  return pixels;
};
