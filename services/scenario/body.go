package scenario

import termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"

// Body is what a provider registers.
type Body struct {
	// RevisionID is the id of the revision, "r2018-03".
	RevisionID string
	// Terms are the whole of the terms.
	Terms *termsv1.Terms
}
