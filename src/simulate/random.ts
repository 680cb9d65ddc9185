/** A stream of random bits: the state of an sfc32 generator, and its seed, from which other streams can be split. */
export interface Random {
  readonly seed: string
  a: number
  b: number
  c: number
  counter: number
}

/** The same seed gives the same stream on every machine. */
export function createRandom(seed: string | number): Random {
  const text = String(seed)
  const random = { seed: text, a: hash(text, 1), b: hash(text, 2), c: hash(text, 3), counter: 1 }
  // sfc32 needs a dozen rounds until similar seeds give different streams
  for (let round = 0; round < 15; round++) nextBits(random)
  return random
}

/** Another stream, which depends only on the seed and the label, not on how much was drawn before. */
export function split(random: Random, label: string | number): Random {
  return createRandom(`${random.seed}/${label}`)
}

/** Uniform in the open interval (0, 1), 52 random bits. */
export function uniform(random: Random): number {
  const high = nextBits(random) >>> 6
  const low = nextBits(random) >>> 6
  return (high * 67_108_864 + low + 0.5) / 4_503_599_627_370_496
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 32 bits a call, period above 2^32 whatever the seed. */
function nextBits(random: Random): number {
  const result = (((random.a + random.b) | 0) + random.counter) | 0
  random.counter = (random.counter + 1) | 0
  random.a = random.b ^ (random.b >>> 9)
  random.b = (random.c + (random.c << 3)) | 0
  random.c = (((random.c << 21) | (random.c >>> 11)) + result) | 0
  return result
}

/** FNV-1a with a finaliser (MurmurHash3's), 32 bits; `lane` gives independent hashes of one text. */
function hash(text: string, lane: number): number {
  let bits = Math.imul(lane, 0x9e3779b9) ^ 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193)
    bits ^= bits >>> 15
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) | 0
}
