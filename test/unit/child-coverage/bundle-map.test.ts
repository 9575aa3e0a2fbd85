import { expect, it } from 'vitest';
import { locateSource } from '../../child-coverage/bundle-map.ts';

it('a source of a bundle that was moved is found by its path inside the repository', () => {
  expect(locateSource('../../home/ada/aura/api/handler.ts', '/home/ada/aura/')).toBe(
    'file:///home/ada/aura/api/handler.ts',
  );
});

it('a source from outside the repository stays where it is', () => {
  expect(locateSource('../../opt/other/index.ts', '/home/ada/aura/')).toBe(
    '../../opt/other/index.ts',
  );
});
