import { composeAuditFunction } from './compose.ts';

export const handler = composeAuditFunction(process.env);
