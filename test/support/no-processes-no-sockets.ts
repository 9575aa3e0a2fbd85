import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';

/**
 * Returns a function that throws. In unit tests, such functions replace the functions that start
 * processes or open sockets.
 */
function refuse(action: string): () => never {
  return () => {
    throw new Error(`A unit test must not ${action}. Move it to test/contract or test/e2e.`);
  };
}

// The functions spawn, exec, execFile and fork all call this method.
Object.assign(ChildProcess.prototype, { spawn: refuse('start a process') });
Object.assign(childProcess, {
  spawnSync: refuse('start a process'),
  execSync: refuse('start a process'),
  execFileSync: refuse('start a process'),
});
// Without this call, `import { spawnSync } from 'node:child_process'` would still get the original
// function.
syncBuiltinESMExports();

Server.prototype.listen = refuse('listen on a socket');
Socket.prototype.connect = refuse('connect to a socket');
