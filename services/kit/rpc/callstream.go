package rpc

import (
	"errors"
	"sync"

	"google.golang.org/grpc/metadata"
)

// callStream is the grpc.ServerTransportStream of an in-process call: where
// grpc.SetHeader, SendHeader and SetTrailer put their metadata.
type callStream struct {
	method string

	mu              sync.Mutex
	sent            bool
	header, trailer metadata.MD
}

// Method implements grpc.ServerTransportStream.
func (t *callStream) Method() string { return t.method }

// SetHeader implements grpc.ServerTransportStream.
func (t *callStream) SetHeader(md metadata.MD) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent {
		return errors.New("the headers were sent before")
	}
	t.header = metadata.Join(t.header, md)
	return nil
}

// SendHeader implements grpc.ServerTransportStream.
func (t *callStream) SendHeader(md metadata.MD) error {
	if err := t.SetHeader(md); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = true
	return nil
}

// SetTrailer implements grpc.ServerTransportStream.
func (t *callStream) SetTrailer(md metadata.MD) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.trailer = metadata.Join(t.trailer, md)
	return nil
}

func (t *callStream) take() (header, trailer metadata.MD) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = true
	return t.header, t.trailer
}

// pipeAddr is the peer's address of calls within the process.
type pipeAddr struct{}

// Network implements net.Addr.
func (pipeAddr) Network() string { return "in-process" }

// String implements net.Addr.
func (pipeAddr) String() string { return "in-process" }
