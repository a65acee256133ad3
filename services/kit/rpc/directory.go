package rpc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/listen"
)

// Directory knows where the services of the suite are. It hands out connections
// before the services are known or started; a call to one that is not there yet
// is answered UNAVAILABLE.
type Directory struct {
	token func() string

	mu     sync.RWMutex
	known  map[string]grpc.ClientConnInterface
	local  map[string]bool
	dialed []*grpc.ClientConn
}

// NewDirectory makes an empty directory. token gives the credential of calls
// between services; nil attaches none.
func NewDirectory(token func() string) *Directory {
	return &Directory{token: token, known: map[string]grpc.ClientConnInterface{}, local: map[string]bool{}}
}

// Local says that the services are in this process, on the server.
func (d *Directory) Local(s *Server, services ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range services {
		d.known[name], d.local[name] = s.Conn(name), true
	}
}

// Remote says that a service answers at target ("host:port"). An address that
// others can reach needs ca, a file with the certificate authority in PEM.
func (d *Directory) Remote(service, target, ca string) error {
	creds, err := transport(target, ca)
	if err != nil {
		return fmt.Errorf("service %s: %w", service, err)
	}
	cc, err := Dial(target, grpc.WithTransportCredentials(creds),
		grpc.WithUnaryInterceptor(func(ctx context.Context, m string, req, rep any, cc *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			return call(metadata.AppendToOutgoingContext(ctx, HeaderService, service), m, req, rep, cc, opts...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, cc *grpc.ClientConn, m string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			return open(metadata.AppendToOutgoingContext(ctx, HeaderService, service), d, cc, m, opts...)
		}),
		grpc.WithConnectParams(reconnect),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(32<<20)))
	if err != nil {
		return fmt.Errorf("service %s: %w", service, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[service] = cc
	d.dialed = append(d.dialed, cc)
	return nil
}

// reconnect is quick: a service that was restarted is wanted at once.
var reconnect = grpc.ConnectParams{
	MinConnectTimeout: 2 * time.Second,
	Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
}

func transport(target, ca string) (credentials.TransportCredentials, error) {
	if ca == "" {
		local, err := listen.Loopback(target)
		if err != nil {
			return nil, err
		}
		if !local {
			return nil, fmt.Errorf("refusing to send tokens to %s in clear; name the certificate authority (ca)", target)
		}
		return insecure.NewCredentials(), nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return credentials.NewTLS(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}), nil
}

// Peer is the connection for calls that a service makes by itself: it carries
// the service token.
func (d *Directory) Peer(service string) grpc.ClientConnInterface {
	return &entry{directory: d, service: service, peer: true}
}

// Public is the connection for calls on behalf of somebody: it carries what the
// outgoing context carries, for example by WithToken.
func (d *Directory) Public(service string) grpc.ClientConnInterface {
	return &entry{directory: d, service: service}
}

// InProcess tells whether the service is in this process.
func (d *Directory) InProcess(service string) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.local[service]
}

// Services lists the known services.
func (d *Directory) Services() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Sorted(maps.Keys(d.known))
}

// Close ends the dialled connections.
func (d *Directory) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, cc := range d.dialed {
		errs = append(errs, cc.Close())
	}
	d.dialed = nil
	return errors.Join(errs...)
}

func (d *Directory) find(service string) (grpc.ClientConnInterface, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if cc, ok := d.known[service]; ok {
		return cc, nil
	}
	f := fault.Unavailable(fault.ReasonUnavailable, "the service "+service+" is not in the directory yet", time.Second)
	return nil, f.GRPCStatus().Err()
}

// entry is a connection that looks its service up at each call.
type entry struct {
	directory *Directory
	service   string
	peer      bool
}

// Invoke implements grpc.ClientConnInterface.
func (e *entry) Invoke(ctx context.Context, full string, args, reply any, opts ...grpc.CallOption) error {
	cc, err := e.directory.find(e.service)
	if err != nil {
		return err
	}
	return cc.Invoke(e.outgoing(ctx), full, args, reply, opts...)
}

// NewStream implements grpc.ClientConnInterface.
func (e *entry) NewStream(ctx context.Context, s *grpc.StreamDesc, full string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	cc, err := e.directory.find(e.service)
	if err != nil {
		return nil, err
	}
	return cc.NewStream(e.outgoing(ctx), s, full, opts...)
}

func (e *entry) outgoing(ctx context.Context) context.Context {
	if !e.peer || e.directory.token == nil {
		return ctx
	}
	return WithToken(ctx, e.directory.token())
}

// Unreachable tells whether a call failed because its service did not answer,
// not because it refused.
func Unreachable(err error) bool {
	f := fault.From(err)
	return f != nil && (f.Code == codes.Unavailable || f.Code == codes.DeadlineExceeded)
}
