import { expect, test } from 'vitest'
import { nearestNames } from '../../../../src/sources/prometheus/diagnosis/nearest-names.ts'

const names = ['http_requests_total', 'http_server_requests_total', 'grpc_calls_total', 'up']

test.each([
  ['http_request_total', ['http_requests_total', 'http_server_requests_total']],
  ['requests_http_total', ['http_requests_total', 'http_server_requests_total']],
  ['grpc_call_total', ['grpc_calls_total']],
  ['upp', ['up']],
  ['zebra', []],
  ['', []],
  ['x'.repeat(1000), []],
])('nearestNames(%s) gives those like it by letters or words, the nearest first', (name, expected) => {
  expect(nearestNames(name, names)).toEqual(expected)
})

test('nearestNames() orders equals by name, and gives no more than asked', () => {
  expect(nearestNames('aaaac', ['aaaab', 'aaaaa', 'aaaad'], 2)).toEqual(['aaaaa', 'aaaab'])
})

test('nearestNames() leaves out names too long to compare', () => {
  expect(nearestNames('a'.repeat(201), ['a'.repeat(201)])).toEqual([])
})
