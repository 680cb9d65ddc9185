import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  readonly maxConnections: number
  /** Behind a proxy all clients have one address, so the default is large. */
  readonly maxConnectionsPerAddress: number
}

export interface Connections {
  /**
   * Connections without a request under way, the one that is idle for longest first. Node counts a connection that
   * never sent anything as busy.
   */
  readonly quiet: ReadonlySet<Socket>
}

/** Above this share of the limit, answers close their connections. */
const pressure = 0.8

/**
 * Makes room for new connections. A connection over a limit replaces the one that is idle for longest, first among
 * those of its own address. If all have a request under way, it is refused.
 */
export function limitConnections(server: Server, limits: ConnectionLimits, event: string): Connections {
  const { maxConnections, maxConnectionsPerAddress } = limits
  const open = new Map<Socket, string>()
  const counts = new Map<string, number>()
  const quiet = new Set<Socket>()
  const forget = (socket: Socket): void => {
    const address = open.get(socket)
    if (address === undefined) return
    open.delete(socket)
    quiet.delete(socket)
    const left = (counts.get(address) ?? 1) - 1
    if (left > 0) counts.set(address, left)
    else counts.delete(address)
  }
  const makeRoom = (address?: string): boolean => {
    for (const socket of quiet) {
      if (address !== undefined && open.get(socket) !== address) continue
      forget(socket)
      socket.destroy()
      return true
    }
    return false
  }
  const hasRoom = (address: string): boolean =>
    ((counts.get(address) ?? 0) < maxConnectionsPerAddress || makeRoom(address)) &&
    (open.size < maxConnections || makeRoom())

  server.on(event, (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    if (!hasRoom(address)) {
      socket.destroy()
      return
    }
    open.set(socket, address)
    counts.set(address, (counts.get(address) ?? 0) + 1)
    quiet.add(socket)
    socket.once('close', () => forget(socket))
  })
  server.on('request', ({ socket }, response) => {
    quiet.delete(socket)
    if (open.size > pressure * maxConnections) response.setHeader('Connection', 'close')
    response.once('close', () => {
      if (!socket.destroyed && open.has(socket)) quiet.add(socket)
    })
  })
  return { quiet }
}
