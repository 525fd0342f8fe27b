import sharp from 'sharp'
import type { Drawn, ToDraw } from './picture.ts'

/** The process that `redrawPicture` starts: draws the one picture that it is sent, answers, and ends. */

sharp.concurrency(1)
// Everything else that the library can read stays shut: what begins as a PNG is read as one or not at all.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] })

process.once('message', (work: ToDraw) => {
  void draw(work).then((drawn) => process.send?.(drawn, () => process.disconnect()))
})

async function draw({ file, size }: ToDraw): Promise<Drawn> {
  try {
    const { width, height } = await sharp(file, { limitInputPixels: false }).metadata()
    if (Math.min(width, height) < size.least || Math.max(width, height) > size.most)
      return { fault: 'dimensions' }
    const png = await sharp(file, { limitInputPixels: size.most ** 2, failOn: 'warning' })
      .autoOrient()
      .resize(size.drawn, size.drawn, { fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer()
    return { png }
  } catch {
    return { fault: 'damaged' }
  }
}
