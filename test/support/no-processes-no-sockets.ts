import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';

/** Setup of the unit tests: makes a test fail if it starts a process or uses the network. */
function refuse(action: string): () => never {
  return () => {
    throw new Error(`A unit test must not ${action}. Move it to test/contract or test/e2e.`);
  };
}

// spawn, exec, execFile and fork all end in this method.
Object.assign(ChildProcess.prototype, { spawn: refuse('start a process') });
Object.assign(childProcess, {
  spawnSync: refuse('start a process'),
  execSync: refuse('start a process'),
  execFileSync: refuse('start a process'),
});
// Without this, `import { spawnSync } from 'node:child_process'` still gets the original.
syncBuiltinESMExports();

Server.prototype.listen = refuse('listen on a socket');
Socket.prototype.connect = refuse('connect to a socket');
