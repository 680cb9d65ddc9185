import { AppError } from '../../errors.ts'

const reserved = new Set(['__proto__', 'constructor', 'prototype'])

/** Parses JSON, and refuses what JSON.parse accepts: deep nesting, duplicate keys, and keys of the prototype chain. */
export function parseJson(text: string, maxDepth: number): unknown {
  // checked before parsing, because 31 MB of brackets, a few bytes when compressed, would use all memory
  if (isDeeperThan(text, maxDepth)) checkStructure(text, maxDepth)
  const value = parse(text)
  checkStructure(text, maxDepth)
  return value
}

/** Works for text that is not JSON too. */
function isDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      i = endOfString(text, i)
      if (i < 0) return false
    } else if (code === openBrace || code === openBracket) {
      depth += 1
      if (depth > maxDepth) return true
    } else if (code === closeBrace || code === closeBracket) depth -= 1
  }
  return false
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // the message of the engine quotes the body, which may contain a secret
    const place = error instanceof Error ? /line \d+ column \d+/.exec(error.message)?.[0] : undefined
    const got = text.trim() === '' ? 'nothing' : `a syntax error${place === undefined ? '' : ` at ${place}`}`
    throw new AppError('bad-json', `expected JSON, got ${got}`)
  }
}

interface Frame {
  /** Keys seen so far; undefined in an array. */
  readonly keys: Set<string> | undefined
  /** The current place: the last key, or the index of the item. */
  at: string | number
  expectsKey: boolean
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c

/** Scans text that is JSON or nested too deeply. Numbers and literals are skipped character by character. */
function checkStructure(text: string, maxDepth: number): void {
  const frames: Frame[] = []
  let frame: Frame | undefined
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote: {
        const end = endOfString(text, i)
        if (frame?.expectsKey === true) checkKey(frames, frame, text.slice(i, end + 1))
        i = end
        break
      }
      case openBrace:
        frame = { keys: new Set(), at: '', expectsKey: true }
        push(frames, frame, maxDepth)
        break
      case openBracket:
        frame = { keys: undefined, at: 0, expectsKey: false }
        push(frames, frame, maxDepth)
        break
      case closeBrace:
      case closeBracket:
        frames.pop()
        frame = frames.at(-1)
        break
      case comma:
        if (frame === undefined) break
        if (typeof frame.at === 'number') frame.at++
        else frame.expectsKey = true
        break
      default:
    }
  }
}

function push(frames: Frame[], frame: Frame, maxDepth: number): void {
  if (frames.length >= maxDepth) {
    const path = pathOf(frames)
    const message = `expected at most ${maxDepth} levels of nesting, got more`
    throw new AppError('bad-json', message, { issues: [{ path, message }] })
  }
  frames.push(frame)
}

function checkKey(frames: readonly Frame[], frame: Frame, quoted: string): void {
  const key = String(parse(quoted))
  frame.at = key
  frame.expectsKey = false
  const path = pathOf(frames)
  if (reserved.has(key)) {
    const message = `expected no key named "${key}"`
    throw new AppError('bad-json', `${message}, got one at ${path}`, { issues: [{ path, message }] })
  }
  if (frame.keys?.has(key) === true) {
    const message = 'expected each key once, got it twice'
    throw new AppError('bad-json', `${message}: ${path}`, { issues: [{ path, message }] })
  }
  frame.keys?.add(key)
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, index: number): boolean {
  let before = index - 1
  while (text.charCodeAt(before) === backslash) before--
  return (index - before) % 2 === 0
}

const longestPath = 200

function pathOf(frames: readonly Frame[]): string {
  let path = ''
  for (const { at } of frames) {
    if (typeof at === 'number') path += `[${at}]`
    else if (at !== '') path += path === '' ? at : `.${at}`
    if (path.length > longestPath) return `${path.slice(0, longestPath)}…`
  }
  return path
}
