import { expect, test } from 'vitest';
import { layerBytes, type MadeLayers, modelDownload, ownerChange } from './layer-bytes.ts';

const image: MadeLayers = {
  layers: [
    { createdBy: 'COPY . . # buildkit' },
    { createdBy: 'RUN /bin/sh -c useradd app && chown -R app:app /app # buildkit' },
    { createdBy: 'RUN /bin/sh -c chmod 755 /start.sh' },
    { createdBy: '/bin/sh -c #(nop) CMD ["chmod", "-R"]' },
    { createdBy: undefined },
    { createdBy: 'RUN /bin/sh -c chmod -vR 755 /srv' },
    { createdBy: 'RUN python -c "AutoModel.from_pretrained(\'x\')"' },
  ],
  root: { layers: [10, 20, 40, 0, 80, 160, 320].map((contentBytes) => ({ contentBytes })) },
};

test('what a change of owners stores a second time is its own layer', () => {
  expect(layerBytes(image, ownerChange)).toBe(180);
});

test('what models take is the layer that downloads them', () => {
  expect(layerBytes(image, modelDownload)).toBe(320);
});

test('without such a layer nothing is predicted', () => {
  expect(layerBytes({ layers: [{ createdBy: 'COPY . .' }], root: image.root }, ownerChange)).toBeUndefined();
});
