package bookapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// RegisterRevision keeps a revision of terms. Registering the same content
// under the same name again answers with what is there.
func (a *App) RegisterRevision(ctx context.Context, r book.Revision) (book.Revision, error) {
	hash, err := checkTerms(r)
	if err != nil {
		return book.Revision{}, err
	}
	r.Hash = hash
	out, err := write(ctx, a, commit.Key{Provider: r.Provider}, func(ctx context.Context, tx *commit.Tx) (book.Revision, error) {
		if _, err := a.provider(ctx, tx, r.Provider); err != nil {
			return r, err
		}
		was, ok, err := a.store.Revision(ctx, tx, r.Provider, r.Terms, r.Revision)
		if err != nil {
			return r, err
		}
		if ok {
			return was, sameRevision(was, r)
		}
		r.RegisterTime = tx.Now()
		if err := a.store.InsertRevision(ctx, tx, r); err != nil {
			return r, inserted(err, r.Name())
		}
		tx.Publish(commit.Draft{
			Type: book.TypeRevisionPublished, Subject: r.Name(),
			Body: book.RevisionPublished{Revision: r.Name(), Hash: r.Hash},
		})
		return r, nil
	}, func(ctx context.Context, q db.Querier) (book.Revision, error) {
		return a.revision(ctx, q, r.Provider, r.Terms, r.Revision)
	})
	out.Body = nil
	return out, err
}

func sameRevision(was, is book.Revision) error {
	if was.Hash == is.Hash {
		return nil
	}
	f := fault.Exists(ReasonRevisionExists, is.Name()).With("hash", was.Hash)
	f.Message = is.Name() + " is registered with other content; a revision never changes, so register another one"
	return f
}

// maxFindings bounds the places that a refusal of terms names.
const maxFindings = 20

// checkTerms refuses terms that are not consistent and gives their hash.
func checkTerms(r book.Revision) (string, error) {
	if r.Body.ID != r.Terms {
		return "", invalid("body.id", "the terms are "+r.Body.ID+" by themselves and "+r.Terms+" by the parent's name")
	}
	problems := terms.Check(r.Body)
	if terms.Failed(problems) {
		f := fault.Invalid(ReasonTermsInvalid, "", "the terms are not consistent; the details name the places")
		for _, p := range problems {
			if p.Severity == terms.SeverityError && len(f.Fields) < maxFindings {
				f = f.And("body."+p.Path, p.Message)
			}
		}
		return "", f
	}
	resolved, err := terms.Resolve(r.Body, nil)
	if err != nil {
		return "", fault.Invalid(ReasonTermsInvalid, "body.readings", err.Error())
	}
	return resolved.Hash(), nil
}

// Revision reads a revision, with its body where full is set.
func (a *App) Revision(ctx context.Context, provider, termsID, revision string, full bool) (book.Revision, error) {
	r, err := a.revision(ctx, a.db.Read(), provider, termsID, revision)
	if err != nil || !full {
		return r, err
	}
	resolved, err := a.policies.Resolve(ctx, a.db.Read(), provider, r.Hash, nil)
	r.Body = resolved.Terms
	return r, err
}

func (a *App) revision(ctx context.Context, q db.Querier, provider, termsID, revision string) (book.Revision, error) {
	r, ok, err := a.store.Revision(ctx, q, provider, termsID, revision)
	return found(r, ok, err, book.RevisionName(provider, termsID, revision))
}

// Revisions lists a provider's revisions, oldest first, with the sort key of
// each; termsID "" is any.
func (a *App) Revisions(ctx context.Context, provider, termsID, after string, limit int) ([]book.Revision, []string, error) {
	if _, err := a.Provider(ctx, provider); err != nil {
		return nil, nil, err
	}
	return a.store.Revisions(ctx, a.db.Read(), provider, termsID, after, limit)
}
