// The parts that run in the audio thread: sound from the microphone, and sound to the loudspeaker.

// Posts blocks of samples as they come from the microphone.
class Capture extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.block = new Float32Array(options.processorOptions.blockSamples);
    this.filled = 0;
  }

  process([[channel]]) {
    for (const sample of channel ?? []) {
      this.block[this.filled++] = sample;
      if (this.filled === this.block.length) {
        this.port.postMessage(this.block.slice());
        this.filled = 0;
      }
    }
    return true;
  }
}

// Plays blocks that come irregularly. It begins when `startSamples` have come, also after it ran empty, and leaves out
// the oldest samples beyond `mostSamples`, so that a delay of the network does not stay.
class Playback extends AudioWorkletProcessor {
  constructor(options) {
    super();
    Object.assign(this, options.processorOptions);
    [this.blocks, this.position, this.count, this.playing, this.gaps, this.told] = [[], 0, 0, false, 0, 0];
    this.port.onmessage = ({ data }) => {
      this.blocks.push(data);
      this.count += data.length;
      if (this.count > this.mostSamples) this.take(null, this.count - this.startSamples);
    };
  }

  // Moves samples into `output`, or drops them if it is null.
  take(output, samples) {
    for (let done = 0; done < samples;) {
      const part = this.blocks[0].subarray(this.position, this.position + samples - done);
      output?.set(part, done);
      done += part.length;
      this.position += part.length;
      if (this.position === this.blocks[0].length) [this.blocks, this.position] = [this.blocks.slice(1), 0];
    }
    this.count -= samples;
  }

  process(inputs, [[output]]) {
    if (!this.playing && this.count >= this.startSamples) this.playing = true;
    if (this.playing) {
      if (this.count < output.length) [this.playing, this.gaps] = [false, this.gaps + 1];
      this.take(output, Math.min(this.count, output.length));
    }
    if (currentTime - this.told > 0.25) {
      this.port.postMessage({ bufferedMs: 1000 * this.count / sampleRate, gaps: this.gaps });
      this.told = currentTime;
    }
    return true;
  }
}

registerProcessor("capture", Capture);
registerProcessor("playback", Playback);
