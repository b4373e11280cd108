// Documents on their way to an appeal, one after the other. The chat says what
// has arrived; what is here is what was sent from here.

const MOST_BYTES = 10 << 20; // the server's limit
const PATIENCE_MS = 120_000; // to arrive and to be looked through

export interface Upload {
  file: File;
  conv: string; // the conversation it is for
  state: "sending" | "sent" | "failed";
  part: number; // of it that has left, 0 to 1
  why: string; // why it was refused, in words
  again: boolean; // sent again, it may be taken
  id: string; // once the server has it
}

interface Options {
  /** A request that is open and says who is there. */
  request: (conv: string) => Promise<XMLHttpRequest>;
  tooLarge: () => string;
  changed: (upload: Upload) => void;
}

export class Uploads {
  list: Upload[] = [];
  #options: Options;
  #busy = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes more; what was refused for good has been read by now. */
  add(files: File[], conv: string): void {
    const fresh = files.map((file): Upload => ({ file, conv, state: "sending", part: 0, why: "", again: false, id: "" }));
    this.list = [...this.list.filter((upload) => upload.state !== "failed" || upload.again), ...fresh];
    void this.#work();
  }

  retry(upload: Upload): void {
    Object.assign(upload, { state: "sending", part: 0 });
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let next; (next = this.list.find((upload) => upload.state === "sending")); this.#options.changed(next)) await this.#send(next);
    this.#busy = false;
  }

  async #send(upload: Upload): Promise<void> {
    const { request, tooLarge, changed } = this.#options;
    changed(upload);
    const failed = (why: string, again: boolean): void => void Object.assign(upload, { state: "failed", why, again });
    if (upload.file.size > MOST_BYTES) return failed(tooLarge(), false);
    try {
      const { status, response } = await send(upload, await request(upload.conv), () => changed(upload));
      if (status === 201) Object.assign(upload, { state: "sent", id: response?.id });
      else failed(response?.title ?? "", status < 402 || status > 428);
    } catch {
      failed("", true); // nobody could say who is there
    }
  }
}

// Only this old way tells how much has left already. A line that breaks ends it
// with status 0.
function send(upload: Upload, request: XMLHttpRequest, moved: () => void): Promise<XMLHttpRequest> {
  return new Promise((done) => {
    request.responseType = "json";
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = (event) => { upload.part = event.loaded / event.total; moved(); };
    request.onloadend = () => done(request);
    const form = new FormData();
    form.append("file", upload.file);
    request.send(form);
  });
}
