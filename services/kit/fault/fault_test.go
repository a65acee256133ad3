package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cloudpact.dev/services/kit/fault"
)

// Whatever a service refuses with arrives on the other side of a hop, but for
// the cause, which is nobody else's business.
func TestFaultsSurviveTheWire(t *testing.T) {
	for _, f := range []*fault.Fault{
		fault.Invalid(fault.ReasonFieldInvalid, "order.lines[2].price", "a price is not negative").And("order.name", "is missing"),
		fault.Invalid("BAD", "", "no field"),
		fault.NotFound(fault.ReasonNotFound, "providers/a"),
		fault.Exists(fault.ReasonAlreadyExists, "providers/a"),
		fault.Precondition("CONTRACT_ENDED", "contracts/c", "the contract has ended"),
		fault.Aborted(fault.ReasonStaleEtag, "contracts/c", "it has changed"),
		fault.Denied(fault.ReasonRoleRequired, "operators only").With("role", "auditor"),
		fault.Unauthenticated("no token"),
		fault.Exhausted(fault.ReasonRateLimited, "too many calls", 1500*time.Millisecond),
		fault.Unavailable(fault.ReasonClockAdvancing, "wait", time.Second),
		fault.Internal(errors.New("secret")).Because(errors.New("secret too")),
	} {
		st := f.GRPCStatus()
		if strings.Contains(st.String(), "secret") {
			t.Errorf("the cause goes over the wire: %v", st)
		}
		got := fault.FromStatus(status.FromProto(st.Proto()).Err())
		if diff := cmp.Diff(f, got, cmpopts.IgnoreUnexported(fault.Fault{})); diff != "" {
			t.Errorf("%s changed on the way (-sent +received):\n%s", f.Reason, diff)
		}
		if !fault.Is(fmt.Errorf("wrapped: %w", got), f.Reason) {
			t.Errorf("%s is not recognised", f.Reason)
		}
	}
}

func TestFromAnyError(t *testing.T) {
	own := fault.NotFound(fault.ReasonNotFound, "x")
	for _, c := range []struct {
		err    error
		code   codes.Code
		reason string
	}{
		{fmt.Errorf("read: %w", own), codes.NotFound, fault.ReasonNotFound},
		{errors.New("disk"), codes.Internal, fault.ReasonInternal},
		{fmt.Errorf("wait: %w", context.Canceled), codes.Canceled, fault.ReasonUnavailable},
		{context.DeadlineExceeded, codes.DeadlineExceeded, fault.ReasonUnavailable},
		{status.Error(codes.Unavailable, "no connection"), codes.Unavailable, fault.ReasonUnavailable},
		{status.Error(codes.Unimplemented, "unknown method"), codes.Unimplemented, fault.ReasonInternal},
	} {
		f := fault.From(c.err)
		if f.Code != c.code || f.Reason != c.reason {
			t.Errorf("%v became %v", c.err, f)
		}
	}
	if fault.From(nil) != nil || fault.FromStatus(nil) != nil || fault.Is(nil, fault.ReasonInternal) {
		t.Error("no error became a fault")
	}
}

// Constructors' results are shared, so the methods that add to one copy it.
func TestAddingCopies(t *testing.T) {
	base := fault.Invalid("R", "a", "m").With("k", "v")
	_ = base.With("k", "other").And("b", "n").Because(errors.New("c"))
	if base.Metadata["k"] != "v" || len(base.Fields) != 1 || errors.Unwrap(base) != nil {
		t.Errorf("the base changed: %v", base)
	}
}

func TestErrorText(t *testing.T) {
	cause := errors.New("row 7")
	err := fault.Invalid("R", "a.b", "is wrong").Because(cause)
	if got, want := err.Error(), "InvalidArgument R: is wrong [a.b: is wrong] (row 7)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
}
