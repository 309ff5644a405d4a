package store

import "context"

// NameInTurn adds sign to what people say of themselves, one after the other in one write,
// and calls met each time after the first.
func (s *Store) NameInTurn(ctx context.Context, sign string, met func(), users ...UserID) error {
	return s.inTx(ctx, func(ctx context.Context, tx *transaction) error {
		for i, user := range users {
			if i == 1 {
				met()
			}
			if _, err := tx.ExecContext(ctx, "update users set about = about || $1 where id = $2", sign, user); err != nil {
				return err
			}
		}
		return nil
	})
}
