// Sound and desktop notifications. Both are off until an agent turns them on:
// browsers want a click for either.

let audio: AudioContext | null = null;

/** To be called from a click: from then on sounds may play. */
export function allowSound(): void {
  audio ??= new AudioContext();
  void audio.resume();
}

/** Sounds were allowed before: they play again from the first click or key on. */
export function armSound(): void {
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, allowSound, { once: true });
}

/** Two soft notes; higher for a new message than for somebody waiting. */
export function beep(pitch: number): void {
  if (!audio || audio.state !== "running") return;
  [pitch, pitch * 1.25].forEach((frequency, i) => note(audio!, frequency, audio!.currentTime + i * 0.14));
}

function note(context: AudioContext, frequency: number, at: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.32);
}

export const canNotify = (): boolean => "Notification" in window;

/** To be called from a click. */
export async function allowNotifications(): Promise<boolean> {
  if (!canNotify()) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Only while the desk is out of sight. Notifications stay on screens: they name no person and quote nobody. */
export function notify(title: string, body: string, tag: string, onOpen: () => void): void {
  if (!canNotify() || Notification.permission !== "granted" || document.visibilityState === "visible") return;
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    window.focus();
    onOpen();
    shown.close();
  };
}
