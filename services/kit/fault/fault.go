// Package fault is the one error that the suite's calls answer with: a gRPC
// code, a reason that programs may switch on, a message for people, and the
// field or condition at fault.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// Domain is the ErrorInfo domain of every reason of the suite.
const Domain = "cloudpact"

// Reasons that kit itself gives. They are values of cloudpact.type.v1.Reason
// without their prefix.
const (
	ReasonFieldInvalid     = "FIELD_INVALID"
	ReasonNameInvalid      = "NAME_INVALID"
	ReasonNotFound         = "NOT_FOUND"
	ReasonAlreadyExists    = "ALREADY_EXISTS"
	ReasonRequestIDReused  = "REQUEST_ID_REUSED"
	ReasonStaleEtag        = "STALE_ETAG"
	ReasonUnauthenticated  = "UNAUTHENTICATED"
	ReasonRoleRequired     = "ROLE_REQUIRED"
	ReasonClockAdvancing   = "CLOCK_ADVANCING"
	ReasonPageTokenInvalid = "PAGE_TOKEN_INVALID"
	ReasonRateLimited      = "RATE_LIMITED"
	ReasonInternal         = "INTERNAL"
	ReasonUnavailable      = "UNAVAILABLE"
	ReasonCurrencyInvalid  = "CURRENCY_INVALID"
	ReasonAmountInvalid    = "AMOUNT_INVALID"
)

// Field is one field at fault: its path in the request ("order.lines[2].price")
// and what would be right. For a failed precondition Path is the subject.
type Field struct {
	Path        string
	Description string
}

// Fault is a refusal. It is an error; a nil *Fault must not be returned as one,
// so functions that may succeed return error.
type Fault struct {
	Code     codes.Code
	Reason   string
	Message  string
	Fields   []Field
	Metadata map[string]string
	// Retry tells when to try again; zero says nothing.
	Retry time.Duration

	cause error
}

// Error gives the reason, the message and the fields, for logs.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s", f.Code, f.Reason, f.Message)
	for _, x := range f.Fields {
		if x.Path != "" {
			fmt.Fprintf(&b, " [%s: %s]", x.Path, x.Description)
		}
	}
	if f.cause != nil {
		fmt.Fprintf(&b, " (%v)", f.cause)
	}
	return b.String()
}

// Unwrap gives the cause, which is logged and never sent.
func (f *Fault) Unwrap() error { return f.cause }

// Because returns the fault with a cause for the log.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.cause = err
	return &c
}

// With returns the fault with one more piece of metadata: the dynamic words of
// the message, for programs.
func (f *Fault) With(key, value string) *Fault {
	c := *f
	c.Metadata = maps.Clone(f.Metadata)
	if c.Metadata == nil {
		c.Metadata = map[string]string{}
	}
	c.Metadata[key] = value
	return &c
}

// And returns the fault with one more field at fault.
func (f *Fault) And(path, description string) *Fault {
	c := *f
	c.Fields = append(slices.Clone(f.Fields), Field{path, description})
	return &c
}

// Invalid refuses a request whose field is wrong whatever the state is.
func Invalid(reason, fieldPath, msg string) *Fault {
	f := &Fault{Code: codes.InvalidArgument, Reason: reason, Message: msg}
	if fieldPath != "" {
		f.Fields = []Field{{fieldPath, msg}}
	}
	return f
}

// NotFound says that the named resource does not exist for this caller.
func NotFound(reason, name string) *Fault {
	return (&Fault{Code: codes.NotFound, Reason: reason, Message: name + " does not exist"}).With("name", name)
}

// Exists says that the named resource exists already.
func Exists(reason, name string) *Fault {
	return (&Fault{Code: codes.AlreadyExists, Reason: reason, Message: name + " exists already"}).With("name", name)
}

// Precondition refuses what the state of the subject does not allow now.
func Precondition(reason, subject, msg string) *Fault {
	return &Fault{Code: codes.FailedPrecondition, Reason: reason, Message: msg, Fields: []Field{{subject, msg}}}
}

// Aborted refuses a change made against an old version of the subject; read it
// again and decide again.
func Aborted(reason, subject, msg string) *Fault {
	return (&Fault{Code: codes.Aborted, Reason: reason, Message: msg}).With("name", subject)
}

// Denied refuses what the caller's role does not allow.
func Denied(reason, msg string) *Fault {
	return &Fault{Code: codes.PermissionDenied, Reason: reason, Message: msg}
}

// Unauthenticated refuses a caller without a credential that the suite knows.
func Unauthenticated(msg string) *Fault {
	return &Fault{Code: codes.Unauthenticated, Reason: ReasonUnauthenticated, Message: msg}
}

// Exhausted refuses one call too many and tells when to come back.
func Exhausted(reason, msg string, retry time.Duration) *Fault {
	return &Fault{Code: codes.ResourceExhausted, Reason: reason, Message: msg, Retry: retry}
}

// Unavailable says that a retry of the same request may succeed.
func Unavailable(reason, msg string, retry time.Duration) *Fault {
	return &Fault{Code: codes.Unavailable, Reason: reason, Message: msg, Retry: retry}
}

// Internal is a fault of the suite itself. The cause is logged, not sent.
func Internal(err error) *Fault {
	return &Fault{Code: codes.Internal, Reason: ReasonInternal, Message: "the suite failed; nothing was changed", cause: err}
}

// Is tells whether err is, or wraps, a fault with that reason.
func Is(err error, reason string) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Reason == reason
}
