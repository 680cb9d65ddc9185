type Shape = 'circle' | 'square' | 'diamond' | 'triangle' | 'cross'

interface Look {
  readonly shape: Shape
  readonly color: string
  readonly hollow: boolean
}

/** The palette of Okabe and Ito, and a shape for each family of rules, so that colour alone never shows a difference. */
const looks: Readonly<Record<string, Look>> = {
  engine: { shape: 'circle', color: '#0072B2', hollow: false },
  'engine-arms': { shape: 'circle', color: '#0072B2', hollow: true },
  kayenta: { shape: 'square', color: '#009E73', hollow: false },
  'kayenta-memory': { shape: 'square', color: '#009E73', hollow: true },
  pipecd: { shape: 'diamond', color: '#CC79A7', hollow: false },
  'static-flagger-5': { shape: 'diamond', color: '#D55E00', hollow: true },
  'static-argo-3': { shape: 'triangle', color: '#D55E00', hollow: true },
  'static-argo-0': { shape: 'triangle', color: '#D55E00', hollow: false },
  balanced: { shape: 'circle', color: '#0072B2', hollow: false },
  strict: { shape: 'circle', color: '#0072B2', hollow: true },
  fast: { shape: 'triangle', color: '#56B4E9', hollow: false },
  thresholds: { shape: 'diamond', color: '#D55E00', hollow: true },
  sequential: { shape: 'square', color: '#E69F00', hollow: false },
  guarded: { shape: 'square', color: '#E69F00', hollow: true },
  'peeked-z': { shape: 'cross', color: '#333333', hollow: false },
}

const unknownLook: Look = { shape: 'cross', color: '#777777', hollow: false }

export function colorOf(rule: string): string {
  return (looks[rule] ?? unknownLook).color
}

/** The mark of a rule, as SVG, centred at (x, y). */
export function marker(rule: string, x: number, y: number, size = 5): string {
  const { shape, color, hollow } = looks[rule] ?? unknownLook
  const paint = `fill="${hollow ? '#fff' : color}" stroke="${color}" stroke-width="1.6"`
  const at = (dx: number, dy: number) => `${round(x + dx * size)},${round(y + dy * size)}`
  switch (shape) {
    case 'circle':
      return `<circle cx="${round(x)}" cy="${round(y)}" r="${size}" ${paint}/>`
    case 'square':
      return `<path d="M${at(-0.9, -0.9)} L${at(0.9, -0.9)} L${at(0.9, 0.9)} L${at(-0.9, 0.9)} Z" ${paint}/>`
    case 'diamond':
      return `<path d="M${at(0, -1.2)} L${at(1.2, 0)} L${at(0, 1.2)} L${at(-1.2, 0)} Z" ${paint}/>`
    case 'triangle':
      return `<path d="M${at(0, -1.15)} L${at(1.1, 0.85)} L${at(-1.1, 0.85)} Z" ${paint}/>`
    case 'cross':
      return `<path d="M${at(-0.9, -0.9)} L${at(0.9, 0.9)} M${at(-0.9, 0.9)} L${at(0.9, -0.9)}" stroke="${color}" stroke-width="2.2" fill="none"/>`
    default:
      return shape satisfies never
  }
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}
