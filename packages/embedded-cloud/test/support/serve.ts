export {
  clientConfig,
  type ServedService as Served,
  serveService as serve,
} from '../../src/gateway/serve-service.ts';
