export * from './environment.ts';
export * from './http.ts';
export * from './identity.ts';
export * from './language.ts';
export * from './record.ts';
export * from './result.ts';
export * from './set-aside.ts';
export * from './verdict.ts';
