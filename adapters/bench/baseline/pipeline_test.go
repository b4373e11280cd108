package baseline

import (
	"testing"
)

// What the pipeline does not wait for is there in the end: it is compared with
// for the work it does.
func TestPipelinePublishes(t *testing.T) {
	t.Parallel()
	p, err := openPipeline(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	const messages = 50
	for range messages {
		answer, err := p.answer(t.Context(), []byte(`{"type":"message.send","id":"one-1"}`))
		if err != nil || string(idOf([]byte(`{"id":"`+string(answer[24:29])+`"}`))) != "one-1" {
			t.Fatalf("%s, %v", answer, err)
		}
	}
	<-p.stream.PublishAsyncComplete()
	stream, err := p.stream.Stream(t.Context(), "EVENTS")
	if err != nil {
		t.Fatal(err)
	}
	if got := stream.CachedInfo().State.Msgs; got != messages {
		t.Errorf("%d events in the stream, want %d", got, messages)
	}
}
