"""`python -m risk_manager` is `risk-manager`."""

from risk_manager.cli import main

if __name__ == "__main__":
    main()
