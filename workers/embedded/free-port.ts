import { connect, createServer, type AddressInfo, type Server } from 'node:net';

const HOST = '127.0.0.1';

/**
 * A port of the loopback address that nothing listens on, and that the system will not hand out again for a while.
 *
 * The system gives free ports out at random, so two processes that start at once may be given the same one. A port with a
 * connection that the listening side closed first rests (TIME_WAIT) and is not given out, yet can be bound by its number.
 *
 * @throws Error when the system refuses.
 */
export async function freePort(): Promise<number> {
  const server = await listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    server.once('connection', (socket) =>
      socket
        .once('close', () => resolve())
        .resume()
        .end(),
    );
    const client = connect(port, HOST);
    client
      .once('error', reject)
      .once('end', () => client.end())
      .resume();
  });
  await close(server);
  return port;
}

/** Whether a port of the loopback address can be bound now. */
export async function isFree(port: number): Promise<boolean> {
  const server = await listen(port).catch(() => undefined);
  if (server) await close(server);
  return server !== undefined;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
