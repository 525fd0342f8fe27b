import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { FAULTS, FIRST_CODE, type Drawn, type PictureSize } from './picture.ts'

/** The process that `redrawPicture` starts: reads a picture, writes it anew, and ends; where it cannot, with a code that says why. */

sharp.concurrency(1)
// Everything else that the library can read stays shut: what begins as a PNG is read as one or not at all.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] })

const [, , size = ''] = process.argv
const drawn = await draw(await buffer(process.stdin), JSON.parse(size) as PictureSize)
if ('png' in drawn) process.stdout.write(drawn.png)
else process.exitCode = FIRST_CODE + FAULTS.findIndex((fault) => fault === drawn.fault)

async function draw(file: Buffer, { least, most, drawn }: PictureSize): Promise<Drawn> {
  try {
    const { width, height } = await sharp(file, { limitInputPixels: false }).metadata()
    if (Math.min(width, height) < least || Math.max(width, height) > most) return { fault: 'dimensions' }
    const png = await sharp(file, { limitInputPixels: most ** 2, failOn: 'warning' })
      .autoOrient()
      .resize(drawn, drawn, { fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer()
    return { png }
  } catch {
    return { fault: 'damaged' }
  }
}
