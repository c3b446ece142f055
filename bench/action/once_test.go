package action

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestOnce: work that was given up with the context of the caller who began it
// is done anew for the others, and once for all of them.
func TestOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		once, done := new(Once), 0
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 3)
		ask := func(ctx context.Context, work func() (any, error)) {
			go func() {
				_, err := once.Do(ctx, "key", work)
				ended <- err
			}()
			synctest.Wait()
		}
		ask(ctx, func() (any, error) { <-ctx.Done(); return nil, ctx.Err() })
		for range 2 {
			ask(t.Context(), func() (any, error) {
				done++
				synctest.Wait() // for the other to ask too
				return nil, nil
			})
		}
		cancel()
		failed := 0
		for range 3 {
			if err := <-ended; errors.Is(err, context.Canceled) {
				failed++
			} else if err != nil {
				t.Error(err)
			}
		}
		if failed != 1 || done != 1 {
			t.Errorf("%d of 3 failed, done %d times", failed, done)
		}
	})
}
